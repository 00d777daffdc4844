import type { Facts } from './dump/queries.ts'
import { BackupFault } from './faults.ts'
import type { Manifest } from './manifest.ts'

const differing = (wanted: Record<string, number>, found: Record<string, number>): string[] =>
  [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter(name => wanted[name] !== found[name])
    .map(name => `${name}: ${found[name] ?? 'none'} instead of ${wanted[name] ?? 'none'}`)

/** Whether what was restored is what was backed up. @throws BackupFault counts-differ or audit-differs */
export const compare = (
  manifest: Pick<Manifest, 'tables' | 'objects' | 'auditHeads' | 'auditChains'>,
  found: Facts,
): void => {
  const counts = [...differing(manifest.tables, found.tables), ...differing(manifest.objects, found.objects)]
  if (counts.length > 0) throw new BackupFault('counts-differ', counts.slice(0, 5).join('; '))
  for (const head of manifest.auditHeads) {
    const restored = found.auditHeads.find(({ tenantId }) => tenantId === head.tenantId)
    if (restored?.id !== head.id || restored.sha256 !== head.sha256)
      throw new BackupFault('audit-differs', head.tenantId)
  }
  for (const { tenantId, seals, head } of manifest.auditChains) {
    const restored = found.auditChains.find(chain => chain.tenantId === tenantId)
    if (restored?.seals !== seals || restored.head !== head) throw new BackupFault('audit-differs', tenantId)
  }
}

export const rowsOf = ({ tables }: Pick<Manifest, 'tables'>): number =>
  Object.values(tables).reduce((sum, count) => sum + count, 0)
