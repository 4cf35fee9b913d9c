/** The classes whose objects can be read at once. */
type S3StorageClass = 'STANDARD' | 'STANDARD_IA' | 'ONEZONE_IA' | 'INTELLIGENT_TIERING' | 'GLACIER_IR'

/** Those whose objects can be read at once. */
type BlobAccessTier = 'Hot' | 'Cool' | 'Cold'

/** How one lake is reached and written; what is absent is left to the SDK of its kind. Secrets are references. */
export interface LakeSettings {
  /** Address of the service, for one that is not the vendor's own. */
  readonly endpoint?: string | undefined
  /** Authorities to trust, in PEM, instead of the public ones. */
  readonly caFile?: string | undefined
  /** S3: region of the bucket. */
  readonly region?: string | undefined
  /** S3: whether the bucket stands in the path of addresses, not in their host name. */
  readonly pathStyle?: boolean | undefined
  /** S3: key of the KMS that objects are encrypted with; absent: as the bucket says. */
  readonly kmsKeyId?: string | undefined
  readonly storageClass?: S3StorageClass | undefined
  /** Tags of each object. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** S3: profile of the SDK's configuration files, which may assume a role. */
  readonly profile?: string | undefined
  /** S3: goes with `secretAccessKey`; without both the SDK finds its own credentials. */
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  /** Azure: key of the account. Without it and `sas` the SDK finds an identity. */
  readonly accountKey?: string | undefined
  /** Azure: a shared access signature. */
  readonly sas?: string | undefined
  /** Azure: absent, as the account says. */
  readonly accessTier?: BlobAccessTier | undefined
  /** Azure: absent, as the container says. */
  readonly encryptionScope?: string | undefined
}

export interface LakeOptions {
  /** Settings by the beginning of the location they are for. */
  readonly lakes: Readonly<Record<string, LakeSettings>>
  /** The secret behind a reference. */
  readonly readSecret: (reference: string) => Promise<string>
}

/** The settings under the longest beginning of the location; it ends where a part of the location does. */
export function settingsFor(location: string, lakes: LakeOptions['lakes']): LakeSettings {
  const isOver = (beginning: string): boolean => `${location}/`.startsWith(beginning.endsWith('/') ? beginning : `${beginning}/`)
  const [nearest] = Object.keys(lakes)
    .filter(isOver)
    .sort((a, b) => b.length - a.length)
  return lakes[nearest ?? ''] ?? {}
}
