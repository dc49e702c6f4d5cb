Component({
  properties: { label: String },
  methods: {
    press() {
      this.triggerEvent('press');
    },
  },
});
