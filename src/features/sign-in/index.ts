export { createAttempts } from './attempts.ts'
export { signInRoutes } from './routes.ts'
export { createSignIn } from './sign-in.ts'
