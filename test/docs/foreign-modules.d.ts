// Packages that guides name and the project doesn't have, as far as the guides use them. Whether this is how they are was
// tried by hand, in a project of that kind; here it is our side of a snippet that is checked.

declare module "next" {
  export interface NextConfig {
    serverExternalPackages?: string[]
  }
  // biome-ignore lint/style/noDefaultExport: so it is in that package
  export default function next(options: { dev: boolean }): {
    prepare(): Promise<void>
    getRequestHandler(): (
      request: import("node:http").IncomingMessage,
      response: import("node:http").ServerResponse,
    ) => Promise<void>
  }
}

declare module "next/headers" {
  export function headers(): Promise<Headers>
}

declare module "next/navigation" {
  export function redirect(to: string): never
}

declare module "better-auth" {
  export function betterAuth(options: object): {
    api: { getSession(request: { headers: Headers }): Promise<{ user: { email: string } } | null> }
  }
}

declare module "@auth/express" {
  export interface ExpressAuthConfig {
    basePath?: string
    providers: unknown[]
  }
  export function getSession(
    request: import("express").Request,
    config: ExpressAuthConfig,
  ): Promise<{ user?: { email?: string | null } } | null>
}

declare module "@sveltejs/kit" {
  export function redirect(status: number, to: string): never
  export type Handle = (input: {
    event: { request: Request; locals: { signedIn: unknown } }
    resolve(event: unknown): Promise<Response>
  }) => Promise<Response>
}

declare module "@sveltejs/kit/vite" {
  export function sveltekit(options: { adapter: unknown }): { name: string }
}

declare module "@sveltejs/adapter-node" {
  // biome-ignore lint/style/noDefaultExport: so it is in that package
  export default function adapter(): object
}

declare module "*/build/handler.js" {
  export const handler: (
    request: import("node:http").IncomingMessage,
    response: import("node:http").ServerResponse,
  ) => void
}
