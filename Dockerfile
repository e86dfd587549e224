# Linklatch as a server of its own. NOT BUILT IN OUR TESTS: there is no Docker where they run. They check this file against
# the project (test/deploy/), and what its steps run was run by hand, without the images.
#
#   docker build --tag linklatch .
#   docker run --read-only --env-file linklatch.env --publish 127.0.0.1:3000:3000 linklatch

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What the server needs and nothing else, in the versions of the lock file, with the client that REDIS_URL asks for.
RUN npm pkg set dependencies.ioredis="$(npm pkg get devDependencies.ioredis | tr -d '"')" \
  && npm pkg delete devDependencies peerDependencies \
  && npm install --ignore-scripts \
  && npm cache clean --force
COPY bin bin
# What the servers' role may do, to be run as the owner after `linklatch migrate`.
COPY docs/postgres-roles.sql ./
COPY --from=build /build/dist dist
# So that people are looked after with: docker exec CONTAINER linklatch users list
RUN ln -s /app/bin/linklatch.mjs /usr/local/bin/linklatch

# It writes no file but checkpoints of the audit log, where it is told to: whatever it keeps is in PostgreSQL, and its log goes to standard
# output. A volume that is mounted here belongs to whom the server runs as.
RUN install -d -o node -m 0700 /checkpoints
USER node
EXPOSE 3000
# Whether the process lives, and no more: one that waits for its database must not be killed for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["linklatch"]
CMD ["serve"]
