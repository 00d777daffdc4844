import { z } from 'zod'
import { languages } from '../../platform/i18n/translations.ts'

const required = 'problems:required'
const password = z.string({ error: required }).min(1, required).max(1024, 'problems:too-long')

export const languageForm = z.object({ language: z.enum(languages, { error: 'problems:choose' }) })

/** What is wrong with the new password itself the policy says, each fault in a sentence of its own. */
export const passwordForm = z.object({ currentPassword: password, password })
