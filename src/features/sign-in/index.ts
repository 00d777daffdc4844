export { createAttempts } from './attempts.ts'
export { createLogins } from './logins.ts'
export { signInRoutes } from './routes.ts'
export { createSignIn } from './sign-in.ts'
