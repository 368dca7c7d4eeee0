"use strict";
// Asks a server as node-opcua does: node client.js URL POLICY MODE PKI_FOLDER NAMESPACE [anonymous | USER PASSWORD | certificate CERT KEY].
// Browses, reads, subscribes, and prints one line of JSON behind RESULT.
const fs = require("node:fs");
const {
  AttributeIds,
  ClientMonitoredItem,
  DataType,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
} = require("node-opcua-client");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");

const CHANGES = 5;

function plain(value) {
  if (value === null || value === undefined) {
    return null;
  }
  if (ArrayBuffer.isView(value)) {
    return Array.from(value, plain);
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value === "object") {
    return Object.fromEntries(
      Object.keys(value)
        .filter((key) => !key.startsWith("_") && key !== "schema" && key !== "dataTypeNodeId")
        .map((key) => [key, plain(value[key])]),
    );
  }
  return value;
}

function identity([kind, first, second]) {
  if (kind === undefined || kind === "anonymous") {
    return { type: UserTokenType.Anonymous };
  }
  if (kind === "certificate") {
    const { readCertificate } = require("node-opcua-crypto");
    return {
      type: UserTokenType.Certificate,
      certificateData: readCertificate(first),
      privateKey: fs.readFileSync(second, "utf8"),
    };
  }
  return { type: UserTokenType.UserName, userName: kind, password: first };
}

async function changes(session, nodeId) {
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 50,
    requestedLifetimeCount: 1000,
    requestedMaxKeepAliveCount: 20,
    maxNotificationsPerPublish: 100,
    publishingEnabled: true,
    priority: 1,
  });
  const seen = [];
  await new Promise((resolve) => {
    const item = ClientMonitoredItem.create(
      subscription,
      { nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 100, discardOldest: true },
      TimestampsToReturn.Both,
    );
    item.on("changed", (dataValue) => {
      seen.push(plain(dataValue.value.value));
      if (seen.length === CHANGES) {
        resolve();
      }
    });
  });
  await subscription.terminate();
  return seen;
}

async function main() {
  const [url, policy, mode, pki, uri, ...who] = process.argv.slice(2);
  const client = OPCUAClient.create({
    endpointMustExist: false,
    securityPolicy: SecurityPolicy[policy],
    securityMode: MessageSecurityMode[mode],
    clientCertificateManager: new OPCUACertificateManager({
      rootFolder: pki,
      automaticallyAcceptUnknownCertificate: true,
    }),
    connectionStrategy: { maxRetry: 1 },
  });
  await client.connect(url);
  const session = await client.createSession(identity(who));
  const namespaces = await session.readNamespaceArray();
  const index = namespaces.indexOf(uri);
  const { references } = await session.browse("ObjectsFolder");
  const nodes = references.filter((r) => r.nodeId.namespace === index);
  const values = {};
  for (const node of nodes) {
    const read = await session.read({ nodeId: node.nodeId, attributeId: AttributeIds.Value });
    const held = read.value.value;
    const isStructure = read.value.dataType === DataType.ExtensionObject;
    if (isStructure) {
      await session.extractNamespaceDataType();
      const again = await session.read({ nodeId: node.nodeId, attributeId: AttributeIds.Value });
      values[node.browseName.name] = { value: plain(again.value.value), status: again.statusCode.name };
    } else {
      values[node.browseName.name] = {
        value: plain(held),
        type: DataType[read.value.dataType],
        status: read.statusCode.name,
        stamped: read.sourceTimestamp !== null && read.sourceTimestamp !== undefined,
      };
    }
  }
  const element = await session.read({
    nodeId: `ns=${index};s=zones`,
    attributeId: AttributeIds.Value,
    indexRange: "2",
  });
  const told = await changes(session, `ns=${index};s=count`);
  await session.close();
  await client.disconnect();
  console.log("RESULT " + JSON.stringify({ values, element: plain(element.value.value), told }));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
