export const columnOf = (tenant: string) => ({ tenant, column: 'drafts.fields_sealed' }) as const
export const placeOf = (tenant: string, row: string) => ({ ...columnOf(tenant), row }) as const
