import { runRole } from '@mailtrail/runtime'
import { startLister } from './start-lister.ts'

await runRole('lister', startLister)
