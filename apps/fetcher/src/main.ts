import { runRole } from '@mailtrail/runtime'
import { startFetcher } from './start-fetcher.ts'

await runRole('fetcher', startFetcher)
