import { startRadosgw } from '@mailtrail/testing'
import { afterAll, beforeAll } from 'vitest'
import { describeObjectStore } from './object-store.contract.ts'
import { openLake } from './open-lake.ts'

let radosgw: Awaited<ReturnType<typeof startRadosgw>>
let bucket: string
let tests = 0

beforeAll(async () => {
  radosgw = await startRadosgw()
  bucket = await radosgw.createBucket()
})
afterAll(() => radosgw[Symbol.asyncDispose]())

describeObjectStore('radosgw', async (resources) => {
  tests += 1
  const { endpoint, accessKeyId, secretAccessKey } = radosgw
  const options = {
    lakes: { [`s3://${bucket}`]: { endpoint, pathStyle: true, accessKeyId, secretAccessKey } },
    readSecret: async (reference: string) => reference,
  }
  return resources.use(await openLake(`s3://${bucket}/test-${tests}`, options))
})
