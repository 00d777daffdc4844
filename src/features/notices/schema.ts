import { z } from 'zod'

/** Boxes named `mail[<kind>]` that are ticked; what is no kind of ours is not looked at. */
export const choicesForm = z.object({
  mail: z
    .record(z.string(), z.unknown())
    .default({})
    .transform(ticked => new Set(Object.keys(ticked))),
})
