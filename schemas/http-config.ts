import { Type } from '@sinclair/typebox';

/** The section `http` of the configuration. */
export const HttpConfigSchema = Type.Object(
  {
    host: Type.String({
      default: '::',
      minLength: 1,
      env: 'HOST',
      description:
        'Address to listen on. `::` is every address of this machine, IPv4 and IPv6; where IPv6 is switched off, every ' +
        'IPv4 address.',
    }),
    port: Type.Integer({
      default: 5000,
      minimum: 0,
      maximum: 65535,
      env: 'PORT',
      description: 'Port; 0 takes a free one.',
    }),
    api_key: Type.Optional(
      Type.String({
        minLength: 16,
        maxLength: 256,
        pattern: '^[!-~]+$',
        'x-expected': 'printable ASCII without spaces',
        env: 'EDGE_API_KEY',
        envOnly: true,
        description:
          'Key for writes, 16 to 256 printable ASCII characters. Without one, a key is made at the first start.',
      }),
    ),
    cors_origins: Type.Array(
      Type.String({
        pattern: '^(\\*|https?://[^/\\s,]+)$',
        'x-expected': 'an origin like http://192.168.1.100:3000, or *',
      }),
      {
        default: [],
        env: 'EDGE_CORS_ORIGINS',
        description:
          'Origins whose pages may call the API from a browser, like http://192.168.1.100:3000; `*` lets every site.',
      },
    ),
    hosts: Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.?$',
        'x-expected': 'a name like edge.example.org, without scheme and port',
      }),
      {
        default: [],
        env: 'EDGE_HOSTS',
        description:
          'More names that clients may call this device by. Its addresses, `localhost` and the names of the machine, ' +
          'with and without `.local`, always work; a request for any other name is refused (421), so that no web page ' +
          'can reach the device through a name of its own.',
      },
    ),
    trusted_proxies: Type.Array(
      Type.String({
        pattern: '^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$',
        'x-expected': 'an address like 192.168.1.10, or a network like 10.0.0.0/8',
      }),
      {
        default: [],
        env: 'EDGE_TRUSTED_PROXIES',
        description:
          'Addresses and networks of reverse proxies. What they say with `X-Forwarded-For`, `-Proto`, `-Host` and ' +
          '`-Prefix` is believed, and nobody else: see docs/reverse-proxy.md.',
      },
    ),
    protect_reads: Type.Boolean({
      default: false,
      env: 'EDGE_PROTECT_READS',
      description: 'Ask for the key on reads under /api too.',
    }),
    max_connections_per_address: Type.Integer({
      default: 64,
      minimum: 1,
      maximum: 65535,
      description:
        'Connections that one address may hold open; more are closed at once. A /64 of IPv6 counts as one address.',
    }),
    max_connections: Type.Integer({
      default: 256,
      minimum: 1,
      maximum: 65535,
      description:
        'Connections of all addresses together. Past it, only an address that has none yet gets one: the place of the ' +
        'connection that is missed least.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'The server.' },
);
