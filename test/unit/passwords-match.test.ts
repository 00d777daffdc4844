import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createPasswords } from '../../src/platform/vault/passwords.ts'

const pepper = { id: '1', key: randomBytes(32) }
const cost = { memoryCost: 1024, timeCost: 2, parallelism: 1 }

it('a password is tried as it was typed first, and without the blanks around it only then', async () => {
  const passwords = createPasswords({ current: pepper, find: () => pepper } as never, cost)
  const [plain, spaced] = await Promise.all([passwords.hash('Abc-1'), passwords.hash('Abc-1 ')])
  expect(await passwords.match(plain, 'Abc-1')).toBe('Abc-1')
  expect(await passwords.match(plain, ' Abc-1\r\n')).toBe('Abc-1')
  expect(await passwords.match(spaced, 'Abc-1 ')).toBe('Abc-1 ')
  expect(await passwords.match(spaced, 'Abc-1')).toBe(null)
  expect(await passwords.match(spaced, 'Abc-1  ')).toBe(null)
  expect(await passwords.match(plain, 'Abc- 1')).toBe(null)
  expect(await passwords.match(null, 'Abc-1 ')).toBe(null)
  expect(await passwords.match(plain, '   ')).toBe(null)
  await passwords.close()
})
