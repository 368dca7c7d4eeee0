"use strict";
// Serves known values by node-opcua: node server.js PORT PKI_FOLDER. Prints READY, ends with stdin.
const { OPCUAServer } = require("node-opcua-server");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const { DataType, Variant, VariantArrayType } = require("node-opcua-variant");
const { DataValue } = require("node-opcua-data-value");
const { StatusCodes } = require("node-opcua-status-code");

// 2026-01-02T03:04:05.006Z, a time that no clock of the test gives.
const STAMP = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6));

const fixed = (dataType, value, statusCode = StatusCodes.Good) => ({
  timestamped_get: () =>
    new DataValue({
      value: new Variant({ dataType, arrayType: VariantArrayType.Scalar, value }),
      statusCode,
      sourceTimestamp: STAMP,
      sourcePicoseconds: 0,
    }),
});

async function main() {
  const [port, pki] = process.argv.slice(2);
  const manager = new OPCUACertificateManager({
    rootFolder: pki,
    automaticallyAcceptUnknownCertificate: true,
  });
  const server = new OPCUAServer({
    port: Number(port),
    hostname: "127.0.0.1",
    host: "127.0.0.1",
    alternateHostname: ["127.0.0.1"],
    resourcePath: "/peer",
    serverCertificateManager: manager,
    userCertificateManager: manager,
    allowAnonymous: true,
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.registerNamespace("urn:drme:peer");
  const folder = own.addFolder(space.rootFolder.objects, { browseName: "Peer" });
  const add = (name, dataType, value) =>
    own.addVariable({
      componentOf: folder,
      nodeId: "s=" + name,
      browseName: name,
      dataType,
      minimumSamplingInterval: 50,
      value,
    });
  add("bool", "Boolean", fixed(DataType.Boolean, true));
  add("int32", "Int32", fixed(DataType.Int32, -123456));
  // node-opcua writes 64 bits as two halves: this is 2^53 + 1.
  add("int64", "Int64", fixed(DataType.Int64, [0x200000, 1]));
  add("float", "Float", fixed(DataType.Float, 0.1));
  add("double", "Double", fixed(DataType.Double, 71.25));
  add("text", "String", fixed(DataType.String, "Kessel 3 \u00b0C"));
  add("uncertain", "Double", fixed(DataType.Double, 2.5, StatusCodes.UncertainLastUsableValue));
  add("bad", "Double", fixed(DataType.Double, 0, StatusCodes.BadSensorFailure));
  let count = 0;
  const counter = add("counter", "Int32", { dataType: DataType.Int32, value: 0 });
  setInterval(() => {
    count += 1;
    counter.setValueFromSource({ dataType: DataType.Int32, value: count });
  }, 50);
  await server.start();
  console.log("READY");
  process.stdin.resume();
  process.stdin.on("end", () => server.shutdown(0).finally(() => process.exit(0)));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
