#!/bin/bash
# What is in the bench: ./run.sh -- bash "$PWD/probe.sh"

# Prints "name value" for each readable file.
values() {
  local file
  for file in "$@"; do
    [ -r "$file" ] && printf '  %s %s\n' "$(basename "$file")" "$(cat "$file")"
  done
}

grep '^gpiochip' /sys/kernel/debug/gpio

for monitor in /sys/class/hwmon/hwmon*; do
  echo "hwmon: $(cat "$monitor/name")"
  values "$monitor"/*_input
done

for device in /sys/bus/iio/devices/iio*; do
  echo "iio: $(cat "$device/name")"
  values "$device"/in_*_input "$device/in_voltage0_raw"
done

for zone in /sys/class/thermal/thermal_zone*; do
  echo "thermal zone: $(cat "$zone/type")"
  values "$zone/temp"
done

for thermometer in /sys/bus/w1/devices/28-*; do
  echo "w1: $(basename "$thermometer")"
  values "$thermometer/temperature"
done

# One servo's pulse through the kernel's PWM class, read back from the registers of the fake chip.
pwm=/sys/class/pwm/pwmchip0
echo "pwm: $(cat $pwm/npwm) channels"
echo 0 >$pwm/export
echo 20000000 >$pwm/pwm0/period
echo 1500000 >$pwm/pwm0/duty_cycle
echo 1 >$pwm/pwm0/enable
for register in 0xfe 0x08 0x09; do
  echo "  register $register $(i2cget -f -y "$I2C_STUB_BUS" 0x41 $register)"
done

ls -d /dev/watchdog0
