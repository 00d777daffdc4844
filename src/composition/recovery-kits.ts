import { generatePassphrase, isStrongEnough } from '../features/exports/index.ts'
import { createRecoveryKits } from '../features/recovery-kits/index.ts'
import { systemClock } from '../platform/clock.ts'
import { processTimeZone } from '../platform/time/wall-clock.ts'
import { loadTranslations } from '../platform/i18n/translations.ts'

/** Recovery kits need neither keys nor database: they are for the machine that has none. */
export const recoveryKits = () =>
  createRecoveryKits({
    clock: systemClock,
    timeZone: processTimeZone(),
    translations: loadTranslations(),
    generatePassphrase,
    isStrongEnough,
  })
