import { runRole } from '@mailtrail/runtime'
import { startCompactor } from './start-compactor.ts'

await runRole('compactor', startCompactor)
