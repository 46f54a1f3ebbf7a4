# shellcheck shell=sh
# The simulated hardware of the bench: fake chips below, the kernel's own drivers above. Sourced by guest root.

# The header's controller: label, number of lines and line names as on the board. Line 26 is in use by the kernel.
simulate_gpio() {
  config=/sys/kernel/config/gpio-sim/pi
  bank=$config/bank0
  mkdir -p $bank
  echo "$BENCH_GPIO_LINES" >$bank/num_lines
  echo "$BENCH_GPIO_LABEL" >$bank/label
  for line in $(seq 0 27); do
    mkdir "$bank/line$line"
    case $line in
      0) name=ID_SDA ;;
      1) name=ID_SCL ;;
      *) name=GPIO$line ;;
    esac
    echo "$name" >"$bank/line$line/name"
  done
  mkdir $bank/line26/hog
  echo kernel-user >$bank/line26/hog/name
  echo input >$bank/line26/hog/direction
  echo 1 >$config/live

  ln -s "/sys/devices/platform/$(cat $config/dev_name)/$(cat $bank/chip_name)" /run/gpio-sim

  # As the udev rule of Raspberry Pi OS does; plain Debian has no group gpio.
  BENCH_GPIO_GROUP=dialout
  getent group gpio >/dev/null && BENCH_GPIO_GROUP=gpio
  export BENCH_GPIO_GROUP
  chgrp "$BENCH_GPIO_GROUP" /dev/gpiochip0
  chmod 660 /dev/gpiochip0
}

i2c_byte() { i2cset -y "$I2C_STUB_BUS" "$1" "$2" $(($3 & 255)) b; }
# SMBus words go low byte first.
i2c_word() { i2cset -y "$I2C_STUB_BUS" "$1" "$2" "$3" w; }
i2c_driver() { echo "$1 $2" >"/sys/bus/i2c/devices/i2c-$I2C_STUB_BUS/new_device"; }

# Thermometer, 23.5 °C. Its registers are big endian on the wire, so words are written swapped.
simulate_lm75() {
  i2c_word 0x48 0x00 0x8017
  i2c_byte 0x48 0x01 0x00
  i2c_word 0x48 0x02 0x004b
  i2c_word 0x48 0x03 0x0050
  i2c_driver lm75 0x48
}

# Current monitor: bus 5.00 V ((5000 / 4) << 3 = 0x2710), shunt 10 mV (1000 = 0x03e8), both swapped.
simulate_ina219() {
  i2c_word 0x40 0x02 0x1027
  i2c_word 0x40 0x01 0xe803
  i2c_driver ina219 0x40
}

# Air pressure: chip id, calibration and raw values of the datasheet's worked example: 25.08 °C, 100.653 kPa.
simulate_bmp280() {
  i2c_byte 0x76 0xd0 0x58
  register=$((0x88))
  for calibration in 27504 26435 -1000 36477 -10685 3024 2855 140 -7 15500 -14600 6000; do
    i2c_byte 0x76 $register "$calibration"
    i2c_byte 0x76 $((register + 1)) $((calibration >> 8))
    register=$((register + 2))
  done
  bmp280_raw 0xf7 415148
  bmp280_raw 0xfa 519888
  i2c_driver bmp280 0x76
}

# A raw value has 20 bits over three registers, most significant first, left-aligned.
bmp280_raw() {
  i2c_byte 0x76 $(($1)) $(($2 >> 12))
  i2c_byte 0x76 $(($1 + 1)) $(($2 >> 4))
  i2c_byte 0x76 $(($1 + 2)) $(($2 << 4))
}

simulate_i2c() {
  for device in /sys/bus/i2c/devices/i2c-*; do
    grep -q 'SMBus stub' "$device/name" && I2C_STUB_BUS=${device##*/i2c-}
  done
  export I2C_STUB_BUS
  simulate_lm75
  simulate_ina219
  simulate_bmp280
  # Sixteen channels of PWM and one for all of them: /sys/class/pwm/pwmchip0.
  i2c_driver pca9685-pwm 0x41
}

simulate_adc() { mkdir -p /sys/kernel/config/iio/devices/dummy/adc0; }

simulate_cpu_temperature() {
  for zone in /sys/class/thermal/thermal_zone*; do
    echo 47200 >"$zone/emul_temp"
  done
}

# As on a Pi where libpigpio is installed and the npm package is compiled; nothing of it leaves the guest.
install_pigpio() {
  [ -n "${BENCH_PIGPIO:-}" ] || return 0
  package=$(cat /out/.bench/folder)/node_modules/pigpio
  cp "$BENCH_PIGPIO/libpigpio.so.1" /usr/lib/
  mkdir -p "$package/build/Release"
  cp "$BENCH_PIGPIO/pigpio.node" "$package/build/Release/"
}

install_pigpio
simulate_gpio
simulate_i2c
simulate_adc
simulate_cpu_temperature
