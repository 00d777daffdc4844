import { startMailServer } from './mail-server.ts'
import { startOstoja } from './ostoja.ts'

/** An Ostoja that sends mail, the server that catches it, and an organisation. */
export const startOstojaWithMail = async () => {
  const mail = await startMailServer()
  const ostoja = await startOstoja({ env: mail.settings })
  return {
    mail,
    ostoja,
    tenant: await ostoja.newTenant(),
    close: async () => {
      await ostoja.close()
      await mail.close()
    },
  }
}
export type OstojaWithMail = Awaited<ReturnType<typeof startOstojaWithMail>>
