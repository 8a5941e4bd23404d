module.exports = {
  options: { debug: true }, // for now
  identity: {
    username: "lanternbot",
    password: "oauth:inventedaccesstoken00000000001",
  },
  channels: ["harborlights_tv"],
};
