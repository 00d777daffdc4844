export { createAccountPage } from './account-page.ts'
export { accountPageRoutes } from './routes.ts'
export { createSignInHistory } from './sign-in-history.ts'
