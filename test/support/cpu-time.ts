/**
 * CPU time that this process, with all its threads, spends until `work` is done. Unlike the time on a clock it does not grow
 * when other processes keep the machine busy.
 * @returns milliseconds
 */
export const cpuMs = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
