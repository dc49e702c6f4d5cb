interface Sample {
  globalData: { launched: boolean; shows: number };
}

App<Sample>({
  globalData: { launched: false, shows: 0 },
  onLaunch() {
    this.globalData.launched = true;
  },
  onShow() {
    this.globalData.shows += 1;
  },
});
