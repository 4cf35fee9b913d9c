import { createHash } from 'node:crypto'

export interface S3Request {
  readonly method: string
  /** Decoded; begins with a slash and the bucket. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

export interface S3Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface StoredObject {
  readonly body: Uint8Array
  readonly etag: string
  /** As they were given, and are given back. */
  readonly headers: Readonly<Record<string, string>>
}

/** The objects of one bucket, by key. */
export class StrictObjects extends Map<string, StoredObject> {
  static readonly bucket = 'strict'
  static readonly accessKeyId = 'strictaccess'
}

/** What S3 answers, as far as its documentation says so. */
export function answerRequest(objects: StrictObjects, request: S3Request): S3Answer {
  const [, bucket, key] = /^\/([^/]+)(?:\/|\/(.+))?$/s.exec(request.path) ?? []
  if (!/^AWS4-HMAC-SHA256 Credential=strictaccess\//.test(request.headers.get('authorization') ?? ''))
    return s3Error(403, 'InvalidAccessKeyId')
  if (bucket !== StrictObjects.bucket) return s3Error(404, 'NoSuchBucket')
  if (key === undefined) return list(objects, request.query)
  switch (request.method) {
    case 'PUT':
      return put(objects, key, request)
    case 'DELETE':
      objects.delete(key)
      return s3Answer(204)
    default:
      return get(objects.get(key), request.headers.get('range'))
  }
}

function put(objects: StrictObjects, key: string, request: S3Request): S3Answer {
  const { headers, body } = request
  const refusal = refusalOf(request) ?? conditionOf(objects.get(key), headers)
  if (refusal) return refusal
  const returned = [...headers].filter(([name]) => /^x-amz-(?:server-side-encryption|storage-class|meta-)/.test(name))
  const tags = new URLSearchParams(headers.get('x-amz-tagging')).size
  const kept = Object.fromEntries([...returned, ...(tags === 0 ? [] : [['x-amz-tagging-count', String(tags)] as const])])
  // With a key of the KMS an ETag is no MD5 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html); here it is none with any.
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`
  objects.set(key, { body, etag, headers: kept })
  return s3Answer(200, { etag, ...kept })
}

/** Nothing is stored that was not vouched for by its length and a digest. */
function refusalOf({ headers, body }: S3Request): S3Answer | undefined {
  if (!headers.has('content-length')) return s3Error(411, 'MissingContentLength')
  const md5 = headers.get('content-md5')
  if (md5 === undefined) return s3Error(400, 'InvalidRequest')
  if (md5 !== createHash('md5').update(body).digest('base64')) return s3Error(400, 'BadDigest')
  const signed = headers.get('x-amz-content-sha256')
  const isSigned = signed === 'UNSIGNED-PAYLOAD' || signed === createHash('sha256').update(body).digest('hex')
  return isSigned ? undefined : s3Error(400, 'XAmzContentSHA256Mismatch')
}

/** `If-Match` is compared as HTTP has it, with its quotes. */
function conditionOf(existing: StoredObject | undefined, headers: ReadonlyMap<string, string>): S3Answer | undefined {
  const match = headers.get('if-match')
  if (headers.get('if-none-match') === '*' && existing) return s3Error(412, 'PreconditionFailed')
  if (match === undefined || match === existing?.etag) return undefined
  return existing ? s3Error(412, 'PreconditionFailed') : s3Error(404, 'NoSuchKey')
}

function get(object: StoredObject | undefined, range: string | undefined): S3Answer {
  if (!object) return s3Error(404, 'NoSuchKey')
  const { body, etag, headers } = object
  const from = /^bytes=(\d+)-$/.exec(range ?? '')?.[1]
  if (from === undefined) return s3Answer(200, { etag, ...headers }, body)
  return s3Answer(
    206,
    { etag, ...headers, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` },
    body.subarray(Number(from)),
  )
}

/** Pages are of five keys, so that a test sees several. */
function list(objects: StrictObjects, query: URLSearchParams): S3Answer {
  const after = query.get('continuation-token') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort()
  const page = keys.slice(0, 5)
  const next = keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')
  const text = `<ListBucketResult><Name>${StrictObjects.bucket}</Name><IsTruncated>${next !== ''}</IsTruncated>${contents}${next}</ListBucketResult>`
  return s3Answer(200, {}, Buffer.from(text))
}

function s3Answer(status: number, headers: S3Answer['headers'] = {}, body: Uint8Array = new Uint8Array()): S3Answer {
  return { status, headers, body }
}

export function s3Error(status: number, code: string): S3Answer {
  return s3Answer(status, {}, Buffer.from(`<Error><Code>${code}</Code><Message>strict</Message><RequestId>STRICT</RequestId></Error>`))
}
