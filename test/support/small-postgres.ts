import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './processes.ts'

/** A PostgreSQL of its own that has, besides its ordinary disk, a small one that fills up. */
export type SmallPostgres = {
  /** Its administrator's. */
  url: string
  /** A folder on the small disk, for a tablespace. */
  small: string
  stop: () => Promise<void>
}

/**
 * Starts it. The small disk is mounted in a namespace that goes with the server; the machine sees nothing of it.
 * @param folder an empty one, which the server's user can enter
 * @param bytes how large the small disk is
 */
export const startSmallPostgres = async (folder: string, bytes: number): Promise<SmallPostgres> => {
  const small = join(folder, 'small')
  const data = join(folder, 'data')
  await Promise.all([mkdir(small), mkdir(data)])
  const isRoot = process.getuid?.() === 0
  const serve = `export DATA_DIR='${data}' OSTOJA_THROWAWAY=1
    trap 'bin/services down' EXIT
    mkdir '${small}/tablespace'
    [ "$(id -u)" != 0 ] || chown postgres '${small}/tablespace'
    bin/services up postgres && bin/services env && echo ready && cat >/dev/null`
  const mount = `mount -t tmpfs -o size=${bytes},mode=0777 tmpfs '${small}'`
  const [options, script] = isRoot
    ? [['-m'], `${mount} && ${serve}`]
    : [['-rm'], `${mount} && exec unshare -U --map-user=${process.getuid?.()} bash -c "$0"`]
  const child = spawn('unshare', [...options, 'bash', '-c', script, serve], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.endsWith('ready\n')) break
  }
  const url = /^ADMIN_DATABASE_URL=(.*)$/m.exec(said)?.[1]
  if (!url) throw new Error(`the small server did not start: ${said}`)
  return {
    url,
    small: join(small, 'tablespace'),
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}
