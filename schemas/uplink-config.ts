import { Type } from '@sinclair/typebox';

export const UplinkConfigSchema = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s/?#@\\\\]+([/?#][^\\s]*)?$',
        'x-expected': 'an address like https://example.org/ingest, without user or password',
        env: 'EDGE_UPLINK_URL',
        description: 'Where summaries and alerts are sent. Without it nothing leaves the device.',
      }),
    ),
    token: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        pattern: '^[!-~]+$',
        'x-expected': 'printable ASCII without spaces',
        env: 'EDGE_UPLINK_TOKEN',
        envOnly: true,
        description: 'Sent as `Authorization: Bearer`.',
      }),
    ),
    ca_file: Type.Optional(
      Type.String({
        pattern: '^/',
        'x-expected': 'an absolute path, like /etc/pi-edge-api/company-ca.pem',
        env: 'EDGE_UPLINK_CA_FILE',
        description:
          'File with certificates in PEM form, trusted beside the usual ones: those of the authority of your own ' +
          'that signed the certificate of the receiver. Read again when the receiver is not trusted.',
      }),
    ),
    proxy: Type.Optional(
      Type.String({
        pattern: '^https?://([^\\s/?#@\\\\]+@)?[^\\s/?#@\\\\]+/?$',
        'x-expected': 'an address like http://proxy.example.org:3128',
        env: 'EDGE_UPLINK_PROXY',
        mayHoldSecret: true,
        description:
          'Proxy to the receiver; user and password may stand in it, `http://user:password@…`. Without it `HTTPS_PROXY`, ' +
          '`HTTP_PROXY` and `NO_PROXY` count.',
      }),
    ),
    window_s: Type.Integer({
      default: 300,
      minimum: 1,
      maximum: 3600,
      env: 'EDGE_SUMMARY_WINDOW_S',
      description: 'Seconds that one summary is about; an hour must be a multiple of it.',
    }),
    timeout_s: Type.Number({
      default: 10,
      minimum: 0.1,
      maximum: 120,
      description: 'Seconds to wait for the answer.',
    }),
    max_batch: Type.Integer({ default: 50, minimum: 1, maximum: 1000, description: 'Most items in one request.' }),
    send_every_s: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 86_400,
      description:
        'Seconds from one sending of summaries to the next: what gathers meanwhile shares requests, which saves bytes ' +
        'where they are paid for. 0: as soon as a window is closed. Alerts never wait for it.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'What goes upstream, and where.' },
);
