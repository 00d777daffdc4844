// Everything here only makes pages that already work more comfortable.
import { enhanceAttachments } from './attachments.ts'
import { waitForReturn } from './away.ts'
import { followCalls } from './calls.ts'
import { enhanceConfirms } from './confirm.ts'
import { offerDrafts } from './drafts/bring-back.ts'
import { focusOnLoad } from './focus.ts'
import { listenForKeys } from './keys.ts'
import { closeMenus } from './menus.ts'
import { followMessages } from './messages/follow.ts'
import { enhancePickers, sendByKey } from './messages/picker.ts'
import { enhancePasswords } from './password.ts'
import { offerPrinting } from './print.ts'
import { followProgress } from './progress.ts'
import { enhanceReorder } from './reorder.ts'
import { enhanceRepeats } from './repeat.ts'
import { openServerStream } from './session/stream.ts'
import { watchSession } from './session/watch.ts'
import { guardSubmits } from './submit.ts'

const listen = openServerStream()
guardSubmits()
listenForKeys()
closeMenus()
enhancePasswords()
enhanceAttachments()
enhanceConfirms()
enhanceRepeats()
enhanceReorder()
followProgress()
followCalls()
offerPrinting()
enhancePickers()
sendByKey()
followMessages(listen)
focusOnLoad()
offerDrafts()
waitForReturn()
watchSession(listen)
