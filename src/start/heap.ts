/**
 * What to give node before the program, so that the memory of a web or worker process stays small (MB). Left to itself it takes a
 * machine's memory for its own: 47 MB of living things grew to 300 before anything was collected. The highest figure is no aim but a
 * stop. Dockerfile and docker-compose.yml say the same.
 */
export const heapFlags: readonly string[] = [
  '--max-semi-space-size=8',
  '--initial-old-space-size=64',
  '--max-old-space-size=768',
]
