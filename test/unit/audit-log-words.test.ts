import { expect, it } from 'vitest'
import { languages, loadTranslations } from '../../src/platform/i18n/translations.ts'
import { auditActions } from '../support/audit-actions.ts'

it('every action that may be written into the log is told in plain words, in both languages', () => {
  const { actions, untold } = auditActions()
  expect(untold).toEqual([])
  expect(actions.length).toBeGreaterThan(80)
  const translations = loadTranslations()
  const wordless = languages.flatMap(language =>
    actions
      .filter(action => translations.to(language)(`audit-log:action.${action}`, { defaultValue: '' }) === '')
      .map(action => `${language}: ${action}`),
  )
  expect(wordless).toEqual([])
})
