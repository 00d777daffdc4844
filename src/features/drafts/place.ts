export const placeOf = (tenant: string, row: string) => ({ tenant, column: 'drafts.fields_sealed', row }) as const
