import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** A number that is asked for when somebody collects: for each set of labels its value. */
type Sample = { labels?: Record<string, string>; value: number }
type Asked = {
  name: string
  help: string
  labels?: readonly string[]
  ask: () => Promise<readonly Sample[]> | readonly Sample[]
}

const pageSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const jobSeconds = [0.01, 0.1, 1, 10, 60, 600, 3600]

/**
 * What Prometheus may collect. Labels are route patterns, task names and states: of a person, an address or an organisation
 * there is nothing, so that whoever watches the machines learns nobody's name.
 */
export const createMetrics = () => {
  const register = new Registry()
  const http = new Histogram({
    name: 'ostoja_http_request_duration_seconds',
    help: 'How long requests took, by the pattern of their route.',
    labelNames: ['method', 'route', 'status'],
    buckets: pageSeconds,
    registers: [register],
  })
  const inFlight = new Gauge({
    name: 'ostoja_http_requests_in_flight',
    help: 'Requests being answered now.',
    registers: [register],
  })
  const searches = new Histogram({
    name: 'ostoja_search_duration_seconds',
    help: 'How long searches for clients took.',
    buckets: pageSeconds,
    registers: [register],
  })
  const jobs = new Histogram({
    name: 'ostoja_job_duration_seconds',
    help: 'How long jobs took, by task and outcome.',
    labelNames: ['task', 'outcome'],
    buckets: jobSeconds,
    registers: [register],
  })
  const failures = new Counter({
    name: 'ostoja_metrics_failures_total',
    help: 'Numbers that could not be asked for.',
    labelNames: ['metric'],
    registers: [register],
  })
  let watched = false

  return {
    request: {
      begun: () => inFlight.inc(),
      ended: (labels: { method: string; route: string; status: string }, seconds: number) => {
        inFlight.dec()
        http.observe(labels, seconds)
      },
    },

    jobDone: (task: string, outcome: 'done' | 'failed', seconds: number) => jobs.observe({ task, outcome }, seconds),

    /** Does a search, and notes how long it took. */
    timeSearch: async <T>(search: () => Promise<T>): Promise<T> => {
      const end = searches.startTimer()
      try {
        return await search()
      } finally {
        end()
      }
    },

    /** A number that is looked up whenever somebody collects; where it cannot be, it is left out and the failure counted. */
    add: ({ name, help, labels = [], ask }: Asked) => {
      new Gauge({
        name,
        help,
        labelNames: labels as string[],
        registers: [register],
        async collect() {
          this.reset()
          try {
            for (const sample of await ask()) this.set(sample.labels ?? {}, sample.value)
          } catch {
            if (labels.length === 0) this.remove() // without labels, what was reset reads 0, which would be a lie
            failures.inc({ metric: name })
          }
        },
      })
    },

    /** Begins to watch the process itself: memory, event loop, garbage collection. */
    watchProcess: () => {
      if (!watched) collectDefaultMetrics({ register })
      watched = true
    },

    /** Everything, in Prometheus' text format. */
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}
export type Metrics = ReturnType<typeof createMetrics>
