export type Outcome = { kind: 'answered'; html: string; added: boolean } | { kind: 'failed' } | { kind: 'stopped' }
export type Upload = { ended: Promise<Outcome>; stop: () => void }

/** Sends one file behind some fields. XMLHttpRequest, since fetch does not tell how far an upload is. */
export const uploadTo = (
  address: string,
  fields: [string, string][],
  file: File,
  onProgress: (percent: number) => void,
): Upload => {
  const request = new XMLHttpRequest()
  const body = new FormData()
  for (const [name, value] of fields) body.append(name, value)
  body.append('files', file)

  const ended = new Promise<Outcome>(resolve => {
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      onProgress(total > 0 ? Math.floor((loaded / total) * 100) : 0)
    })
    request.addEventListener('load', () => {
      const ours = new URL(request.responseURL).pathname === address && [200, 422].includes(request.status)
      resolve(
        ours ? { kind: 'answered', html: request.responseText, added: request.status === 200 } : { kind: 'failed' },
      )
    })
    request.addEventListener('error', () => resolve({ kind: 'failed' }))
    request.addEventListener('abort', () => resolve({ kind: 'stopped' }))
  })
  request.open('POST', address)
  request.setRequestHeader('Accept', 'text/html')
  request.send(body)
  return { ended, stop: () => request.abort() }
}
