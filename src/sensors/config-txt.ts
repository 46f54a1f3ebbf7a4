/** Where Raspberry Pi OS is told which hardware there is. */
const CONFIG_TXT = '/boot/firmware/config.txt';

/** What makes the kernel look for devices; the overlays' README in Raspberry Pi's kernel describes each. */
export const enable = {
  oneWire: `dtoverlay=w1-gpio in ${CONFIG_TXT}`,
  dht: (pin: number) => `dtoverlay=dht11,gpiopin=${pin} in ${CONFIG_TXT}`,
  i2c: `dtparam=i2c_arm=on in ${CONFIG_TXT}`,
  /** For a chip that the overlay i2c-sensor knows. */
  i2cSensor: (chip: string, { bus, address }: { bus: number; address: string }) =>
    `dtoverlay=i2c-sensor,${chip},addr=${address}${bus === 1 ? '' : `,i2c${bus}`} in ${CONFIG_TXT}`,
  /** For any other chip with a driver: until the next start of the machine. */
  i2cDevice: (chip: string, { bus, address }: { bus: number; address: string }) =>
    `echo ${chip} ${address} | sudo tee /sys/bus/i2c/devices/i2c-${bus}/new_device`,
};
