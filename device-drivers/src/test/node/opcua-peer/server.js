"use strict";
// Serves known values by node-opcua: node server.js PORT PKI_FOLDER. Prints READY, ends with stdin.
const path = require("node:path");
const { OPCUAServer } = require("node-opcua-server");
const { nodesets } = require("node-opcua-nodesets");
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

// An array, an enumeration, a multi-state, a structure of structures, and a node with a range.
function addParts(own, folder) {
  const space = own.addressSpace;
  own.addVariable({
    componentOf: folder,
    nodeId: "s=zones",
    browseName: "zones",
    dataType: "Float",
    valueRank: 1,
    arrayDimensions: [4],
    value: new Variant({
      dataType: DataType.Float,
      arrayType: VariantArrayType.Array,
      value: new Float32Array([20.5, 21.5, 22.5, 23.5]),
    }),
  });
  const mode = own.addEnumerationType({ browseName: "Mode", enumeration: ["off", "running"] });
  own.addVariable({
    componentOf: folder,
    nodeId: "s=mode",
    browseName: "mode",
    dataType: mode,
    value: { dataType: DataType.Int32, value: 1 },
  });
  own.addMultiStateDiscrete({
    componentOf: folder,
    nodeId: "s=state",
    browseName: "state",
    enumStrings: ["Hand", "Auto"],
    value: 1,
  });
  own.addAnalogDataItem({
    componentOf: folder,
    nodeId: "s=level",
    browseName: "level",
    dataType: "Double",
    engineeringUnitsRange: { low: 0, high: 100 },
    value: { dataType: DataType.Double, value: 40 },
  });
  const axis = space.getNamespace("urn:drme:peer:types").findDataType("Axis");
  own.addVariable({
    componentOf: folder,
    nodeId: "s=axis",
    browseName: "axis",
    dataType: axis,
    value: {
      dataType: DataType.ExtensionObject,
      value: space.constructExtensionObject(axis, {
        Position: 1.5,
        Limits: [-5, -4],
        Drive: { Hot: true },
      }),
    },
  });
}

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
    nodeset_filename: [nodesets.standard, path.join(__dirname, "types.xml")],
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
  addParts(own, folder);
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
