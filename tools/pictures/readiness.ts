import type { Shot } from './shot.ts'
import { clientPath, follow, sendEmpty, submit } from './steps.ts'

const aDrill = new RegExp(clientPath().source.replace('clients', 'drills'))

/** Whether the emergency export would help on the day: what stands well, consents, drills, plan, proof. */
export const readinessPages: Shot[] = [
  { name: 'readiness', view: 'readiness/readiness', role: 'security_officer', open: '/readiness' },
  { name: 'export-plan', view: 'exports/plan', role: 'security_officer', open: '/exports/plan' },
  { name: 'export-proof', view: 'exports/proof', role: 'security_officer', open: '/exports/proofs' },
  {
    name: 'export-proof-problems',
    view: 'exports/proof',
    role: 'security_officer',
    open: sendEmpty('/exports/proofs'),
  },
  { name: 'approvals-empty', view: 'exports/approvals', role: 'security_officer', open: '/exports/approvals' },
  {
    // Nobody else could consent: the demonstration has one security officer.
    name: 'approvals-alone',
    view: 'errors/conflict',
    role: 'security_officer',
    open: async page => {
      await page.goto('/exports/approvals')
      await submit(page)
    },
  },
  { name: 'drills-empty', view: 'drills/list', role: 'security_officer', open: '/drills' },
  {
    name: 'drill',
    view: 'drills/running',
    role: 'security_officer',
    open: async page => {
      await page.goto('/drills')
      await submit(page)
    },
  },
  {
    name: 'drill-result',
    view: 'drills/result',
    role: 'security_officer',
    open: async page => {
      await page.goto('/drills')
      await follow(page, aDrill)
      for (const answer of await page.locator('[name^="answers"]').all()) await answer.fill('600 100 200')
      await submit(page)
    },
  },
  { name: 'drills', view: 'drills/list', role: 'security_officer', open: '/drills' },
  { name: 'readiness-operator', view: 'readiness/readiness', role: 'operator', open: '/readiness' },
]
