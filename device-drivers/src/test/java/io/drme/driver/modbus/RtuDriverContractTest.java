package io.drme.driver.modbus;

/** The driver's contract over the frames of a serial line. */
class RtuDriverContractTest extends ModbusDriverContractTest {
    @Override
    String scheme() {
        return "rtu-tcp";
    }
}
