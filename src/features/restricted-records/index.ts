export { attentionOfCases } from './attention.ts'
export { breakGlassRoutes } from './break-glass/routes.ts'
export { createRestrictedRecords, type RestrictedRecords } from './restricted-records.ts'
export { restrictionRoutes } from './routes.ts'
