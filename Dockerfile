# Builds with everything, runs with what production needs. docs/deployment.md says how to run it and what was checked.

FROM node:24-bookworm-slim AS build
WORKDIR /build
# The lock file first: a change of sources then installs nothing anew.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY providers ./providers
COPY schema ./schema
COPY src ./src
RUN npm run build && rm dist/.tsbuildinfo

FROM node:24-bookworm-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
# From other machines it is reached only where HOST is not loopback, which in turn requires GATEWAY_API_KEYS. `::` is every
# address of both protocols; without IPv6 it is 0.0.0.0.
ENV NODE_ENV=production HOST=:: PORT=4000 DATA_DIR=/data
WORKDIR /app
# Without REDIS_URL the task store is here, the one place that is written to.
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json ./
# The tabs of GraphiQL, and the pages for browsers.
COPY examples/graphiql ./examples/graphiql
COPY web ./web
USER node
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
# Alive, not ready: a container that waits for Redis or a provider gains nothing by a restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://localhost:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without a shell or npm between, which would not pass the signal on.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
