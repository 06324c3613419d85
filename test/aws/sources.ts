/** The setting `sources` of the stack in moto. */
export const sources = {
  photos: {
    ...{ bucket: 'photos.example.com', region: 'eu-west-1', prefix: 'img/{tenant}/' },
    tenants: ['elsewhere'],
  },
} as const;
