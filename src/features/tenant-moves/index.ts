export { createTenantMoves } from './tenant-moves.ts'
