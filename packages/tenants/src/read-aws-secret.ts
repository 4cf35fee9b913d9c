const timeoutMs = 20_000

/**
 * A secret of AWS Secrets Manager, with the credentials and region that the AWS SDK finds in the environment; an ARN names its own region.
 *
 * @param name - the secret's id or ARN, and after a `#` the field of a secret that is a JSON object
 */
export async function readAwsSecret(name: string): Promise<string | undefined> {
  // A large library that few fleets need.
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
  const [SecretId = '', field] = name.split('#', 2)
  const region = /^arn:[\w-]+:secretsmanager:([\w-]+):/.exec(SecretId)?.[1]
  const client = new SecretsManagerClient(region === undefined ? {} : { region })
  try {
    const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId }), {
      abortSignal: AbortSignal.timeout(timeoutMs),
    })
    const text = SecretString ?? Buffer.from(SecretBinary ?? []).toString()
    return field === undefined ? text : fieldOf(text, field)
  } finally {
    client.destroy()
  }
}

function fieldOf(text: string, field: string): string | undefined {
  const fields: unknown = JSON.parse(text)
  const value = new Map(Object.entries(fields ?? {})).get(field)
  return typeof value === 'string' ? value : undefined
}
