# syntax=docker/dockerfile:1
# Node runs the TypeScript of src/ as it is; only what the browser is sent is built.

FROM node:24-trixie-slim AS base
WORKDIR /app
ENV NODE_ENV=production

FROM base AS libraries
COPY package.json package-lock.json .npmrc ./
# Node is the image's own here: the copies in node_modules are for machines that have an older one.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM base AS assets
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
RUN node tools/build-assets.ts

FROM base
# pg_dump and pg_restore for backups, of the same major version as the server in docker-compose.yml.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client-17 \
 && rm -rf /var/lib/apt/lists/*
COPY package.json ./
COPY --from=libraries /app/node_modules node_modules
COPY bin bin
COPY deploy/entrypoint deploy/healthcheck.js deploy/
COPY locales locales
COPY migrations migrations
COPY views views
COPY src src
COPY --from=assets /app/public public
COPY --from=assets /app/build build
# A fresh volume takes its owner from here. Keys are kept apart from data.
RUN install -d -o node -g node -m 700 /data /keys /backup-keys

ENV HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    ROOT_KEYS_FILE=/keys/root-keys \
    PEPPERS_FILE=/keys/peppers \
    BACKUP_KEYS_DIR=/backup-keys
USER node
EXPOSE 8080
VOLUME ["/data", "/keys", "/backup-keys"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/deploy/healthcheck.js"]
ENTRYPOINT ["/app/deploy/entrypoint"]
# As src/start/memory.ts.
ENV MALLOC_MMAP_THRESHOLD_=16384 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    MALLOC_ARENA_MAX=2
CMD ["node", "--max-semi-space-size=2", "--initial-old-space-size=64", "--max-old-space-size=768", "--expose-gc", "src/main.ts", "web"]
