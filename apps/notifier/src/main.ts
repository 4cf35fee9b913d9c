import { runRole } from '@mailtrail/runtime'
import { serveNotifier } from './serve-notifier.ts'

await runRole('notifier', serveNotifier)
