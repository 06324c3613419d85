# The whole service on one machine, for development and tests. docs/installing.md says how to run it.
#
# Debian, not Alpine: it has glibc, as Lambda does, so sharp brings the same libraries as in the deployed function.

FROM node:24-slim AS packages
WORKDIR /signet
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-slim
WORKDIR /signet
COPY --from=packages /signet/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY build build
COPY cli cli
COPY edge edge
COPY local local
COPY operator operator
COPY render render
COPY shared shared
COPY tasks tasks
# The programs are bundled here, because the container can write only to its volume and /tmp.
# `docker compose exec signet signet …` runs a command.
RUN node bin/build.js \
  && ln -s /signet/bin/signet.js /usr/local/bin/signet \
  && install -d -o 1000 -g 1000 -m 700 /var/lib/signet

# Nobody reaches the console there, which listens on 127.0.0.1 alone. `npx signet console` runs it on the host.
# 1000 is the user `node` of the base image. Published ports need a stack that listens on all addresses of the container.
ENV NODE_ENV=production \
  SIGNET_BIND=0.0.0.0 \
  SIGNET_CONSOLE=off \
  SIGNET_HOSTS=signet \
  SIGNET_HOME=/var/lib/signet
USER 1000:1000
VOLUME /var/lib/signet
EXPOSE 8080 8082 8083 8084
# The gallery is a page of the CDN.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SIGNET_PORT || 8080}/`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself, not npm: npm does not pass SIGTERM on.
CMD ["node", "bin/start.js"]
