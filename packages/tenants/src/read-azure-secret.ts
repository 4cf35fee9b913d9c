const timeoutMs = 20_000

/**
 * A secret of Azure Key Vault, as whoever the Azure SDK finds in the environment: a managed or workload identity, or AZURE_CLIENT_ID and its kin.
 *
 * @param name - `<vault>/<name>[/<version>]`; a vault of a cloud other than the worldwide one by its whole host name
 */
export async function readAzureSecret(name: string): Promise<string | undefined> {
  // Large libraries that few fleets need.
  const [{ DefaultAzureCredential }, { SecretClient }] = await Promise.all([import('@azure/identity'), import('@azure/keyvault-secrets')])
  const [vault = '', secret = '', version] = name.split('/')
  const host = vault.includes('.') ? vault : `${vault}.vault.azure.net`
  const client = new SecretClient(`https://${host}`, new DefaultAzureCredential())
  const { value } = await client.getSecret(secret, { ...(version && { version }), abortSignal: AbortSignal.timeout(timeoutMs) })
  return value
}
