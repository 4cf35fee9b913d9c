import { secretReferenceSchema } from '@mailtrail/core'
import { z } from 'zod'

/** Only those whose objects can be read at once, here and below. */
const storageClasses = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'] as const

const accessTiers = ['Hot', 'Cool', 'Cold'] as const

/** Settings of one lake; each kind takes its own and refuses the others. Secrets are references. */
export interface LakeConfig {
  readonly endpoint?: string | undefined
  readonly caFile?: string | undefined
  readonly region?: string | undefined
  readonly pathStyle?: boolean | undefined
  readonly kmsKeyId?: string | undefined
  readonly storageClass?: (typeof storageClasses)[number] | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly profile?: string | undefined
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly accountKey?: string | undefined
  readonly sas?: string | undefined
  readonly accessTier?: (typeof accessTiers)[number] | undefined
  readonly encryptionScope?: string | undefined
}

const text = z.string().min(1, 'must not be empty').optional()

const service = { endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(), caFile: text }

const tags = z.record(z.string().min(1), z.string()).optional()

const s3 = z
  .strictObject({
    ...service,
    region: text,
    pathStyle: z.boolean().optional(),
    kmsKeyId: text,
    storageClass: z.enum(storageClasses).optional(),
    tags,
    profile: text,
    accessKeyId: text,
    secretAccessKey: secretReferenceSchema.optional(),
  })
  .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined), {
    path: ['accessKeyId'],
    error: 'and secretAccessKey go together: both, or neither for the credentials that the AWS SDK finds',
  })

const abfss = z
  .strictObject({
    ...service,
    accountKey: secretReferenceSchema.optional(),
    sas: secretReferenceSchema.optional(),
    accessTier: z.enum(accessTiers).optional(),
    encryptionScope: text,
    tags,
  })
  .refine(({ accountKey, sas }) => accountKey === undefined || sas === undefined, {
    path: ['accountKey'],
    error: 'or sas: not both, or neither for the identity that the Azure SDK finds',
  })

const schemas: Readonly<Record<string, z.ZodType<LakeConfig>>> = { 's3://': s3, 'abfss://': abfss }

/** Settings by the beginning of the location they are for, such as `s3://bucket`. */
export const lakesSchema: z.ZodType<Readonly<Record<string, LakeConfig>>> = z
  .record(z.string(), z.unknown())
  .transform((given, context) => {
    const parse = ([location, settings]: [string, unknown]): [string, LakeConfig] => {
      const schema = schemas[/^\w+:\/\//.exec(location)?.[0] ?? ''] ?? noKind
      const { data = {}, error } = schema.safeParse(settings)
      for (const { message, path } of error?.issues ?? []) context.addIssue({ code: 'custom', message, path: [location, ...path] })
      return [location, data]
    }
    return Object.fromEntries(Object.entries(given).map(parse))
  })

const noKind = z.never({ error: `must be the beginning of a location: ${Object.keys(schemas).join('… or ')}…` })
