import type { IConfiguration, IRegularForbiddenRuleType } from 'dependency-cruiser'

type Rule = IRegularForbiddenRuleType

const error = (name: string, comment: string, from: Rule['from'], to: Rule['to']): Rule => ({
  name,
  comment,
  severity: 'error',
  from,
  to,
})

/** Which room may import from which; tools/check-imports.ts checks it. */
export const importRules: IConfiguration = {
  forbidden: [
    error('no-cycles', 'Cut the knot: pass a function in.', {}, { circular: true }),
    error(
      'platform-knows-nothing',
      'Platform serves features, never calls them.',
      { path: '^src/platform/' },
      { path: '^src/', pathNot: '^src/platform/' },
    ),
    error(
      'feature-stands-alone',
      'Join features in composition.ts.',
      { path: '^src/features/([^/]+)/' },
      { path: '^src/', pathNot: '^src/(platform/|safe-to-contact/|features/$1/)' },
    ),
    error(
      'safe-to-contact-knows-nothing',
      'Rules are pure: a browser and a server tell the same ones.',
      { path: '^src/safe-to-contact/' },
      { pathNot: '^(src/safe-to-contact/|node_modules/zod/)' },
    ),
    error(
      'names-know-nothing',
      'Names are compared by pure rules: the viewer and the server find the same people.',
      { path: '^src/platform/text/names/' },
      { pathNot: '^src/platform/text/names/' },
    ),
    error(
      'front-door-only',
      'Outside a feature import only its index.ts.',
      { pathNot: '^src/features/' },
      { path: '^src/features/[^/]+/(?!index\\.ts$)' },
    ),
    error(
      'edge-joins-nothing',
      'The edge gets features passed in by composition.ts.',
      { path: '^src/http/' },
      { path: '^src/(features/|composition|cli|start|main|processes)' },
    ),
    error(
      'browser-apart',
      'Code for the page and code for the server share nothing but types, the rules of safe contact, what of a text can be seen, how names and numbers are compared, and what clocks show.',
      { path: '^src/browser/' },
      {
        path: '^src/',
        pathNot:
          '^src/(browser/|safe-to-contact/(next-in-line|rules|times|words)\\.ts$|platform/(text/((visible|file-number|grouped-digits)\\.ts$|names/)|time/wall-clock\\.ts$))',
        dependencyTypesNot: ['type-only'],
      },
    ),
    error(
      'http-at-the-edge',
      'Only routes speak Express.',
      { path: '^src/(features|platform)/', pathNot: '(/routes\\.ts$|^src/platform/web/)' },
      { path: 'node_modules/(@types/)?express' },
    ),
    error(
      'sql-in-queries',
      'Features speak SQL in queries.ts.',
      { path: '^src/features/', pathNot: '/queries\\.ts$' },
      { path: 'node_modules/(knex|pg)/' },
    ),
    error(
      'crossing-tenants',
      'Only these may see every tenant.',
      {
        pathNot:
          '^src/(composition(\\.ts|/)|start/prepare\\.ts|platform/vault/key-checks\\.ts|features/(announcements|audit-chain|erasure|tenant-moves|tenants|backups|encryption-keys|sign-in|password-resets)/)',
      },
      { path: '^src/platform/db/unscoped\\.ts$' },
    ),
    error(
      'one-env-reader',
      'Only entry points read config.',
      { path: '^src/(http|features|platform)/' },
      { path: '^src/config\\.ts$' },
    ),
    error(
      'nothing-imports-tests',
      'Tests import the product, never the other way.',
      { path: '^(src|migrations)/' },
      { path: '^(test|tools)/' },
    ),
    error(
      'no-orphans',
      'Delete it.',
      { orphan: true, path: '^src/', pathNot: '^src/((main|cli|start)\\.ts|browser/[^/]+/page\\.ts)$' },
      {},
    ),
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
}
