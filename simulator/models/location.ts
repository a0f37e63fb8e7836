import type { Models } from "../model";

const MADE = "2026-01-01T00:00:00.000Z";

export const location: Models = {
  "aws:location/tracker:Tracker": {
    id: (f) => f.text("trackerName"),
    outputs: (f) => ({
      trackerArn: f.arn("geo", `tracker/${f.text("trackerName")}`),
      createTime: MADE,
      updateTime: MADE,
      positionFiltering: f.text("positionFiltering") || "TimeBased",
    }),
  },
  "aws:location/geofenceCollection:GeofenceCollection": {
    id: (f) => f.text("collectionName"),
    outputs: (f) => ({
      collectionArn: f.arn("geo", `geofence-collection/${f.text("collectionName")}`),
      createTime: MADE,
      updateTime: MADE,
    }),
  },
  "aws:location/trackerAssociation:TrackerAssociation": {
    id: (f) => `${f.text("trackerName")}|${f.text("consumerArn")}`,
  },
};
