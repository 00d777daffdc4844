import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, profile } from './clients.ts'
import type { Ostoja } from './ostoja.ts'
import { until } from './until.ts'

type Features = Ostoja['features']
type Known = { id: string; familyName: string; version: number }

const firstNames = ['Łucja', 'Żaneta', 'Bogumił', 'Świętosława', 'Jan']

/** A family name that one client has and nobody else, of letters only. */
const nameOf = (number: number) =>
  `Kowal${[...String(number).padStart(5, '0')].map(digit => 'abcdefghij'[Number(digit)]).join('')}`
const phoneOf = (number: number) => `5${String(number).padStart(8, '0')}`

/**
 * People of one organisation who read, write and search without a break, in two processes' worth of cached keys: whatever
 * is refused, missing or wrong is noted.
 */
export const createPeople = async (ostoja: Ostoja, actor: Actor, features: readonly Features[], count: number) => {
  const known: Known[] = []
  for (let number = 0; number < count; number++) {
    const familyName = nameOf(number)
    const phone = phoneOf(number)
    const id = await newClient(ostoja, actor, {
      familyName,
      givenNames: firstNames[number % firstNames.length]!,
      phones: [{ type: 'mobile', number: `+48${phone}`, typed: phone }],
    })
    known.push({ id, familyName, version: 1 })
  }
  const faults: string[] = []
  const done = { reads: 0, writes: 0, searches: 0 }
  let stopped = false
  const anyone = () => known[randomInt(known.length)]!
  const anywhere = () => features[randomInt(features.length)]!
  const attempt = async (what: string, work: () => Promise<string | null>) => {
    const fault = await work().catch((thrown: unknown) => String(thrown))
    if (fault !== null) faults.push(`${what}: ${fault}`)
  }

  const read = () =>
    attempt('reading', async () => {
      const { id, familyName } = anyone()
      const { clients } = anywhere()
      const record = await clients.view(actor, id)
      await clients.history(actor, id)
      done.reads++
      return record.profile.familyName === familyName ? null : `found ${record.profile.familyName}`
    })

  const search = () =>
    attempt('searching', async () => {
      const { id, familyName } = anyone()
      const { clients } = anywhere()
      const byName = await clients.search(actor, familyName.slice(0, randomInt(7, 11)))
      const byNumber = await clients.search(
        actor,
        phoneOf(Number([...familyName.slice(5)].map(l => 'abcdefghij'.indexOf(l)).join(''))),
      )
      const listed = await clients.byLetter(actor, 'kow'.slice(0, randomInt(1, 4)), 'active', 1)
      if (listed.total !== known.length) return `listed ${listed.total} of ${known.length} by letter`
      done.searches += 3
      if (!byNumber.hits.some(hit => hit.id === id)) return `not found by telephone: ${familyName}`
      return byName.more || byName.hits.some(hit => hit.id === id) ? null : `not found: ${familyName}`
    })

  let notes = 0
  const write = () =>
    attempt('writing', async () => {
      const person = anyone()
      const { clients } = anywhere()
      const { profile: present, last } = await clients.view(actor, person.id)
      const amended = await clients.amend(actor, person.id, last.version, { ...present, notes: `note ${notes++}` })
      done.writes++
      return amended.outcome === 'amended' || amended.outcome === 'changed-meanwhile' ? null : amended.outcome
    })

  let numbers = 0
  /** Two people give two clients the same file number in the same moment: one of them has to be refused. */
  const collide = () =>
    attempt('numbering', async () => {
      const fileNumber = `NR-${numbers++}`
      const answers = await Promise.all(
        [0, 1].map(index =>
          features[index % features.length]!.clients.create(
            actor,
            crypto.randomUUID(),
            profile({ fileNumber, familyName: 'Numer' }),
          ),
        ),
      )
      const again = await anywhere().clients.create(
        actor,
        crypto.randomUUID(),
        profile({ fileNumber, familyName: 'Numer' }),
      )
      done.writes++
      return [...answers].sort().join() === 'created,file-number-taken' && again === 'file-number-taken'
        ? null
        : [...answers, again].join()
    })

  const works = [read, search, write, collide]
  const times = works.map(() => 0)
  const working = works.map(async (work, index) => {
    while (!stopped) {
      await work()
      times[index]! += 1
      await pause(25)
    }
  })

  return {
    known,
    done,
    faults,
    /** Waits until each has worked once more, from beginning to end. */
    again: () => {
      const before = [...times]
      // One may be in the middle.
      return until('everybody has worked once more', () => times.every((count, index) => count >= before[index]! + 2))
    },
    stop: async () => {
      stopped = true
      await Promise.all(working)
    },
  }
}
