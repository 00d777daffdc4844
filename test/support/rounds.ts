/** Whether the tests run with their full numbers: `bin/test --soak`, at night and before a release. */
export const soak = process.env.OSTOJA_SOAK === '1'

/**
 * How often a test repeats something. This is the only difference between the usual run and soak, so nothing is tested in
 * only one of them.
 * @param numbers `soak`: the full number; `usual`: the number in the usual run, at least 1
 */
export const rounds = (numbers: { soak: number; usual: number }): number => (soak ? numbers.soak : numbers.usual)
