import type { Vault } from '../../platform/vault/vault.ts'
import type { CaseRow, VersionRow } from './queries.ts'

export const reasons = ['emergency', 'contact', 'handover', 'other'] as const
export type Reason = (typeof reasons)[number]
/** Why somebody opened a restricted record; `sought` and `birthDate` are whom they looked for, where they had no more than that. */
export type CaseReason = { reason: Reason; details: string; sought: string | null; birthDate: string | null }
type Judgement = { note: string }
type Note = { note: string }

/** What of restrictions and cases is sealed, and where each belongs. */
export const createSeals = (vault: Vault) => {
  const notePlace = (tenant: string, client: string, version: number) =>
    ({ tenant, column: 'client_restriction_versions.note_sealed', row: `${client}:${version}` }) as const
  const reasonPlace = (tenant: string, row: string) =>
    ({ tenant, column: 'break_glass_cases.reason_sealed', row }) as const
  const judgementPlace = (tenant: string, row: string) =>
    ({ tenant, column: 'break_glass_cases.judgement_sealed', row }) as const

  return {
    sealNote: (tenant: string, client: string, version: number, note: string) =>
      vault.seal({ note } satisfies Note, notePlace(tenant, client, version)),
    openNote: async ({ tenant_id, client_id, version, note_sealed }: VersionRow) =>
      (await vault.open<Note>(note_sealed, notePlace(tenant_id, client_id, version))).note,

    sealReason: (tenant: string, id: string, reason: CaseReason) => vault.seal(reason, reasonPlace(tenant, id)),
    openReason: ({ tenant_id, id, reason_sealed }: CaseRow) =>
      vault.open<CaseReason>(reason_sealed, reasonPlace(tenant_id, id)),

    sealJudgement: (tenant: string, id: string, note: string) =>
      vault.seal({ note } satisfies Judgement, judgementPlace(tenant, id)),
    openJudgement: async ({ tenant_id, id, judgement_sealed }: CaseRow) =>
      judgement_sealed && (await vault.open<Judgement>(judgement_sealed, judgementPlace(tenant_id, id))).note,
  }
}
export type Seals = ReturnType<typeof createSeals>
