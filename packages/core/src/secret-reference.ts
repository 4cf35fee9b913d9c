import { z } from 'zod'

const shapes = {
  'env:NAME': String.raw`env:\w+`,
  'file:PATH': 'file:.+',
  'aws-sm:ID[#KEY]': 'aws-sm:[^#]+(?:#.+)?',
  'azure-kv:VAULT/NAME[/VERSION]': String.raw`azure-kv:[\w.-]+/[\w-]+(?:/\w+)?`,
}

/** Where a secret is; never the secret itself. A text of no known form is refused and not repeated, for it may be the secret. */
export const secretReferenceSchema: z.ZodString = referenceTo(shapes)

/** As {@link secretReferenceSchema}, or the secret sealed for one tenant under the fleet's master key. */
export const tenantSecretReferenceSchema: z.ZodString = referenceTo({ ...shapes, 'sealed:v1:…': String.raw`sealed:v1:[\w-]+` })

function referenceTo(forms: Readonly<Record<string, string>>): z.ZodString {
  const pattern = new RegExp(`^(?:${Object.values(forms).join('|')})$`)
  return z.string().regex(pattern, `must be a reference: ${Object.keys(forms).join(', ')}`)
}
